/** `node main.ts add|find|attach|fetch ...`: see README.md. */
import { add, attach, fetchDocument, findByEmail } from './customers.ts';

const [command, ...args] = process.argv.slice(2);
const [one = '', two = '', three = '', four = ''] = args;

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  add: () => add({ id: one, name: two, email: three, phone: four }),
  find: () => findByEmail(one),
  attach: () => attach(one, two),
  fetch: () => fetchDocument(one, two, three),
};
const counts: Readonly<Record<string, number>> = { add: 4, find: 1, attach: 2, fetch: 3 };

const run = commands[command ?? ''];
if (run === undefined || args.length !== counts[command ?? '']) {
  console.error('add ID NAME EMAIL PHONE | find EMAIL | attach ID FILE | fetch ID NAME TO');
  process.exit(2);
}
try {
  const found = await run();
  if (found !== undefined) console.log(JSON.stringify(found, undefined, 2));
} catch (error) {
  // No error of the client has a secret or a value in it.
  console.error((error as Error).message);
  process.exitCode = 1;
}
