// The detail of a cell, or of a request that was refused.
import { $, make } from './dom.js';

let detail;
export async function openDetail(ask, draw) {
  detail = { ask, draw, drawn: '' };
  await showDetail();
}
export async function showDetail() {
  const shown = detail;
  if (shown === undefined) return;
  let content;
  let drawn;
  try {
    const answer = await shown.ask();
    drawn = JSON.stringify(answer);
    if (drawn === shown.drawn) return;
    content = shown.draw(answer);
  } catch (error) {
    drawn = String(error);
    content = sheet('No answer', make('p', {}, error.message));
  }
  if (detail !== shown) return;
  shown.drawn = drawn;
  const focused = $('detail').contains(document.activeElement);
  $('detail').replaceChildren(content);
  if (!$('detail').open) $('detail').showModal();
  else if (focused) $('detail').querySelector('.close').focus();
}
$('detail').addEventListener('close', () => {
  detail = undefined;
});
$('detail').addEventListener('click', ({ target }) => {
  if (target === $('detail')) $('detail').close();
});

export function sheet(title, ...content) {
  const close = make('button', { type: 'button', class: 'close' }, 'Close');
  close.addEventListener('click', () => $('detail').close());
  return make(
    'div',
    { class: 'sheet' },
    make('div', { class: 'bar' }, make('h2', { id: 'detail-title' }, title), close),
    ...content,
  );
}
export const facts = (entries) =>
  make(
    'dl',
    { class: 'facts' },
    ...entries.flatMap(([name, value]) => [
      make('dt', {}, name),
      make('dd', { class: 'mono' }, value),
    ]),
  );
