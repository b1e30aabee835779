import { DriftMonitor, fitBaseline } from 'surprisal/drift';
import { line } from './line.js';
import { order } from './orders.js';

const [traffic, told, table] = ['select', 'output', 'tbody'].map((name) => document.querySelector(name));

// All there is to it: a baseline (stored JSON in a real app), rows as they come, and a check now and then.
const baseline = fitBaseline(Array.from({ length: 2000 }, () => order('usual')));
const monitor = new DriftMonitor(baseline, { falseAlarmRate: 0.001, window: 500 });
setInterval(() => monitor.update(Array.from({ length: 25 }, () => order(traffic.value))), 50);
setInterval(() => {
  if (monitor.state().rows < 200) return;
  const { alarm, sentence, features } = monitor.check();
  // A screen reader says when the alarm comes or goes, not every p-value.
  told.ariaLive = told.classList.contains('alarm') === alarm ? 'off' : 'polite';
  told.classList.toggle('alarm', alarm);
  told.textContent = sentence;
  table.replaceChildren(...features.map(line));
}, 500);
