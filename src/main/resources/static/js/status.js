// The statuses: their order of concern, and a shape and a colour class for each, so that none is told by colour alone.

/** The known statuses, the most worrying one first. */
export const KNOWN = ['STARVED', 'THIRSTY', 'TIRED', 'UNKNOWN', 'OK'];

// Outlines around the origin, about two units wide: for SVG marks and for the map's canvas.
const SHAPES = {
  STARVED: 'M0-1.1L1.12.85H-1.12Z',
  THIRSTY: 'M0-1.15L1 0 0 1.15-1 0Z',
  TIRED: 'M-.82-.82H.82V.82H-.82Z',
  UNKNOWN: 'M0-1A1 1 0 1 1 0 1A1 1 0 1 1 0-1ZM0-.5A.5.5 0 1 0 0 .5A.5.5 0 1 0 0-.5Z',
  OK: 'M0-.9A.9.9 0 1 1 0 .9A.9.9 0 1 1 0-.9Z',
  OTHER: 'M-.36-1H.36V-.36H1V.36H.36V1H-.36V.36H-1V-.36H-.36Z',
};

/** A status as JSON has it, a name or a number, as text. */
export const statusText = (status) => String(status);

const isKnown = (status) => KNOWN.includes(status);

export const shapeOf = (status) => SHAPES[isKnown(status) ? status : 'OTHER'];

/** The class of its elements, and the name of its colour. */
export const classOf = (status) => (isKnown(status) ? status.toLowerCase() : 'other');

/** Its place in the order of concern, from 0; numbers that this page does not know stand between UNKNOWN and OK. */
export function concern(status) {
  if (isKnown(status)) return status === 'OK' ? 5 : KNOWN.indexOf(status);
  return 4;
}

export function byConcern(a, b) {
  return concern(a) - concern(b) || Number(a) - Number(b);
}
