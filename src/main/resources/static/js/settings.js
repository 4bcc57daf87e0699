// What a reader has chosen for this browser: UTC or local times, light or dark. Nothing else is kept in its storage.

const KEY = 'waystate';
const THEMES = ['auto', 'light', 'dark'];

export const settings = { utc: true, theme: 'auto', ...stored() };
const listeners = [];

function stored() {
  try {
    const { utc, theme } = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...(typeof utc === 'boolean' && { utc }), ...(THEMES.includes(theme) && { theme }) };
  } catch {
    return {}; // storage may be forbidden
  }
}

export const onSettings = (listener) => listeners.push(listener);

export function change(changes) {
  Object.assign(settings, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // the choice holds until the page is left
  }
  listeners.forEach((listener) => listener());
}

export const nextTheme = () => THEMES[(THEMES.indexOf(settings.theme) + 1) % THEMES.length];
