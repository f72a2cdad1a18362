/** Lines of calls of stores are what some tests are about, and noise in the output of all others. */
import { storeCallMessage } from '../../lambdas/observability/store-call.ts';

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((line: string | Uint8Array) =>
  String(line).includes(`"message":"${storeCallMessage}"`) || write(line)) as typeof write;
