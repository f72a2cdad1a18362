// What names of AWS and of the API mean, in words.

export const plural = (count, noun) => `${counted(count)} ${noun}${count === 1 ? '' : 's'}`;
export const counted = (count) => count.toLocaleString('en');
export const minute = (date) => String(date).slice(0, 16).replace('T', ' ');
export const stateWords = (state) => words(state.replace(/(?<=[a-z])[A-Z]/g, ' $&'));
export const words = (constant) => String(constant).toLowerCase().replaceAll('_', ' ');
export const pairs = (record) =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** What KMS's errors say of a key; of any other error there is the name. */
const meanings = {
  DisabledException: 'the key is disabled',
  KMSInvalidStateException: 'the key is pending deletion',
  NotFoundException: 'the key is gone',
  AccessDeniedException: 'no policy allows it',
  NoKey: 'there is no key yet',
};
export const meaningOf = (error) => meanings[error] ?? error;
/** In a cell there is little room. */
const briefly = {
  DisabledException: 'disabled',
  KMSInvalidStateException: 'pending',
  NotFoundException: 'gone',
};
export const briefMeaningOf = (error) => briefly[error] ?? error;
