/** A line of the table: numbers, and a picture of them. */
export function line({ feature, js, interval, adjusted, drifted, thresholds }) {
  const row = document.createElement('tr');
  row.classList.toggle('drifted', drifted);
  const ends = interval.map((x) => x.toFixed(4)).join(' to ');
  const name = row.appendChild(document.createElement('th'));
  name.scope = 'row';
  name.textContent = feature;
  for (const text of [js.toFixed(4), ends, adjusted < 1e-4 ? '< 0.0001' : adjusted.toFixed(4)]) row.insertCell().textContent = text;
  const x = (nats) => 4 + 136 * Math.sqrt(Math.min(nats, 0.25) / 0.25);
  // Numbers alone: a feature's name may be anyone's text.
  row.insertCell().innerHTML = `<svg viewBox="0 0 144 22" role="img" aria-label="${drifted ? 'drifted' : 'not drifted'}">
    <line class="range" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="11" y2="11" />
    <line class="limit" x1="${x(thresholds.js)}" x2="${x(thresholds.js)}" y1="2" y2="20" /><circle cx="${x(js)}" cy="11" r="4" /></svg>`;
  return row;
}
