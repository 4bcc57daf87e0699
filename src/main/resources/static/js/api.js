// Calls the server's HTTP API. The token, where one is asked for, lives in this module's memory and nowhere else.

/** How long the headers of an answer may take. */
const PATIENCE = 15_000;

export const NO_ANSWER = 'The server does not answer.';

let token = null;
let asking = null;
let ask = async () => Promise.reject(new Error('Nobody asks for a token.'));

/** What the server answered in place of a result: problem+json of RFC 9457. */
export class ApiError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? `The server answered with HTTP status ${status}.`);
    this.status = status;
    this.code = problem.code ?? '';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** Says how the reader is asked for a token: a function of the reason that promises one. */
export const askForTokenWith = (question) => (ask = question);

export const hasToken = () => token !== null;

/** Has the next call ask for a token again. */
export const forgetToken = () => (token = null);

/** Promises a response with a body that may be read; asks for a token as often as the server refuses the one it got. */
export async function request(path, query = {}, { signal } = {}) {
  for (;;) {
    const sent = token;
    const response = await answer(address(path, query), signal, {
      headers: sent === null ? {} : { Authorization: `Bearer ${sent}` },
      cache: 'no-store',
      credentials: 'same-origin',
    });
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status !== 401) {
      throw new ApiError(response.status, problem, Number(response.headers.get('Retry-After')) || problem.retry_after);
    }
    await replaceToken(sent, problem.detail);
  }
}

export const json = async (path, query, options) => (await request(path, query, options)).json();

/** All members of a list, over all of its pages. */
export async function all(path, member, query, options) {
  const found = [];
  let pageToken;
  do {
    const page = await json(path, { ...query, page_token: pageToken }, options);
    found.push(...page[member]);
    pageToken = page.next_page_token;
  } while (pageToken);
  return found;
}

/** The address of one source's list. A browser takes these two names for steps of the path, however they are encoded. */
export const sourcePath = (name, list) =>
  name === '.' || name === '..'
    ? `api/sources/${list}?name=${name}`
    : `api/sources/${encodeURIComponent(name)}/${list}`;

function address(path, query) {
  const url = new URL(path, document.baseURI);
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) [value].flat().forEach((one) => url.searchParams.append(name, one));
  }
  return url;
}

// Its body may take as long as it likes.
async function answer(url, signal, options) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    return await fetch(url, { ...options, signal: AbortSignal.any(signal ? [signal, late.signal] : [late.signal]) });
  } catch (failure) {
    throw signal?.aborted ? failure : new Error(NO_ANSWER); // each browser has its own words for it
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return {}; // a proxy's page, say
  }
}

// Calls that fail together ask once.
async function replaceToken(refused, reason) {
  if (token !== refused) return;
  asking ??= ask({ refused: refused !== null, reason }).finally(() => (asking = null));
  const given = await asking;
  if (token === refused) token = given;
}
