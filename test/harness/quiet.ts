/**
 * Lines about calls of key stores are what some tests are about, which read what a spy or a function's own output has, and
 * noise in the output of all others.
 */
const aboutKeyStores = /"message":"key store( call)?"/;

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((line: string | Uint8Array) =>
  aboutKeyStores.test(String(line)) || write(line)) as typeof write;
