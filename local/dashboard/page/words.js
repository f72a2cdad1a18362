export const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
export const minute = (date) => String(date).slice(0, 16).replace('T', ' ');
export const stateWords = (state) => words(state.replace(/(?<=[a-z])[A-Z]/g, ' $&'));
export const words = (constant) => String(constant).toLowerCase().replaceAll('_', ' ');
export const pairs = (record) =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
