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
