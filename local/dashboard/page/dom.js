// Every answer of the stack becomes text, never markup: the policy of this page does not allow markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name === 'class') element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ''));
  return element;
}
export const text = (element, value) => {
  if (element.textContent !== value) element.textContent = value;
};
export const sub = (...children) => make('span', { class: 'sub' }, ...children);
export const chip = (label, tone = '') => make('span', { class: `chip ${tone}` }, label);
/** A name that may be long: what is cut off is in its title, and is read out whole. */
export const cut = (name, properties = {}) =>
  make('span', { class: 'name', title: name, ...properties }, name);

// On a phone a row of a table is drawn as a block. The roles say that it still is a row, and each cell names its column.
export const tableRow = (properties, ...cells) =>
  make('tr', { role: 'row', ...properties }, ...cells);
export const rowHeader = (...children) =>
  make('th', { scope: 'row', role: 'rowheader' }, ...children);
export const tableCell = (label, properties, ...children) =>
  make('td', { role: 'cell', 'data-label': label, ...properties }, ...children);

/** Draws what an element holds, but not the same again, so that nothing there loses the focus. */
export function drawOnce(element, content, draw) {
  const state = JSON.stringify(content);
  if (drawnStates.get(element) === state) return;
  drawnStates.set(element, state);
  element.replaceChildren(...draw(content));
}
const drawnStates = new WeakMap();
