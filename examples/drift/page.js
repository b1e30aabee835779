import { DriftMonitor, fitBaseline } from 'surprisal/drift';
import { order } from './orders.js';

const [traffic, told, table] = ['select', 'output', 'tbody'].map((name) => document.querySelector(name));

// All there is to it: a baseline (stored JSON in a real app), rows as they come, and a check now and then.
const baseline = fitBaseline(Array.from({ length: 2000 }, () => order('usual')));
const monitor = new DriftMonitor(baseline, { falseAlarmRate: 0.001, window: 500 });
setInterval(() => monitor.update(Array.from({ length: 25 }, () => order(traffic.value))), 50);
setInterval(() => {
  if (monitor.state().rows < 200) return;
  const { alarm, sentence, features } = monitor.check();
  told.textContent = sentence;
  told.classList.toggle('alarm', alarm);
  table.replaceChildren(...features.map(line));
}, 500);

/** A line of the table: numbers, and a picture of them. */
function line({ feature, js, interval, adjusted, drifted, thresholds }) {
  const row = document.createElement('tr');
  row.classList.toggle('drifted', drifted);
  const ends = interval.map((x) => x.toFixed(4)).join(' to ');
  for (const text of [feature, js.toFixed(4), ends, adjusted < 1e-4 ? '< 0.0001' : adjusted.toFixed(4)])
    row.insertCell().textContent = text;
  const x = (nats) => 4 + 136 * Math.sqrt(Math.min(nats, 0.25) / 0.25);
  row.insertCell().innerHTML = `<svg viewBox="0 0 144 22" role="img" aria-label="${feature}: ${js.toFixed(4)} nats">
    <line class="range" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="11" y2="11" />
    <line class="limit" x1="${x(thresholds.js)}" x2="${x(thresholds.js)}" y1="2" y2="20" /><circle cx="${x(js)}" cy="11" r="4" /></svg>`;
  return row;
}
