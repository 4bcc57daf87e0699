// The page: its elements, its address, and the stream that keeps it live.

import './elements/chart.js';
import './elements/first-steps.js';
import './elements/heartbeat.js';
import './elements/keys.js';
import './elements/map.js';
import './elements/notice.js';
import './elements/preferences.js';
import './elements/sentence.js';
import './elements/source-list.js';
import './elements/source-page.js';
import './elements/tail.js';
import './elements/tiles.js';
import './elements/token.js';
import { requestDraw } from './draw.js';
import { follow } from './feed.js';
import { link, onRoute, route } from './router.js';
import { onSettings } from './settings.js';
import { loadPast, select } from './shown.js';
import { visible } from './text.js';

const TICK = 1000; // how long a state has lasted changes without a report

const TITLES = { sources: 'Sources', map: 'Map', live: 'Live reports' };

function showView() {
  document.documentElement.dataset.view = route.view;
  document.title = `${route.view === 'source' ? visible(route.source, 60) : TITLES[route.view]} · Waystate`;
  for (const item of document.querySelectorAll('nav a')) {
    item.href = link({ view: item.dataset.view, source: null });
    if (item.dataset.view === route.view) item.setAttribute('aria-current', 'page');
    else item.removeAttribute('aria-current');
  }
}

onRoute((now, before) => {
  showView();
  if (now.view !== before.view || now.source !== before.source) window.scrollTo(0, 0);
  requestDraw();
});
onSettings(requestDraw);
document.querySelector('.skip').addEventListener('click', () => document.querySelector('main').focus());
document.addEventListener('visibilitychange', requestDraw);
setInterval(requestDraw, TICK);

showView();
if (route.source) select(route.source);
loadPast();
follow();
