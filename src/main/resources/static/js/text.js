// Text for people: numbers, names from outside made visible, and words quoted for a shell.

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

export const number = (value) => NUMBER.format(value);

export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

/** The text with each character escaped that cannot be seen: controls, line ends, and marks that reverse what is read. */
export function visible(text, maxLength = Infinity) {
  const shown = text.length > maxLength ? text.slice(0, maxLength) + '…' : text;
  return shown.replace(INVISIBLE, escaped);
}

function escaped(character) {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return '\\u{' + character.codePointAt(0).toString(16) + '}';
}

/** One word of a POSIX shell; of bash, where it has characters that cannot be seen. */
function shellWord(text) {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  const quoted = text.replace(/'/g, "'\\''");
  if (!text.match(INVISIBLE)) return `'${quoted}'`;
  const bytes = (character) =>
    [...new TextEncoder().encode(character)].map((byte) => '\\x' + byte.toString(16).padStart(2, '0')).join('');
  return "$'" + text.replace(/[\\']/g, '\\$&').replace(INVISIBLE, bytes) + "'";
}

/** A command line of the jar that asks the server of this page; operands that begin with a dash are no options. */
export function commandLine(command, options, operands = []) {
  const host = location.hostname;
  const target = ['localhost', '127.0.0.1', '[::1]'].includes(host) ? [] : ['--target', `${host}:50051`];
  const isPlain = operands.every((operand) => !operand.startsWith('-'));
  const rest = isPlain ? [...operands, ...options, ...target] : [...options, ...target, '--', ...operands];
  return 'java -jar waystate.jar ' + [command, ...rest].map(shellWord).join(' ');
}
