// Reads server-sent events from a response. EventSource sends no Authorization header; fetch does.

/** Yields {type, data} for each event, and a comment for each comment line, a sign of life; ends with the stream. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let event = { type: 'message', data: [] };
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith(':')) yield { type: 'comment' };
        else if (line !== '' && line !== '\r') addField(event, line.replace(/\r$/, ''));
        else if (event.data.length > 0) {
          yield { type: event.type, data: event.data.join('\n') };
          event = { type: 'message', data: [] };
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function addField(event, line) {
  const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (name === 'event') event.type = value;
  else if (name === 'data') event.data.push(value);
}
