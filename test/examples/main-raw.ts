/** Adds a customer and a document, and prints them as found again: `main-raw.ts FILE TO`. */
import { basename } from 'node:path';
import { add, attach, fetchDocument, findByEmail } from './customers-raw.ts';

const [file = '', to = ''] = process.argv.slice(2);
await add({ id: '7', name: 'Ada', email: 'ada@example.com', phone: '555' });
await attach('7', file);
await fetchDocument('7', basename(file), to);
console.log(JSON.stringify(await findByEmail('ada@example.com')));
