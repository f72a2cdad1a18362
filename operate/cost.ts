/** `npm run cost`: what a month costs. It asks nobody: the prices and the counts are in the repository. */
import { ArgumentError, readArguments, usage } from './cost/arguments.ts';
import { readCoefficients } from './cost/coefficients.ts';
import { estimate } from './cost/estimate.ts';
import { estimateJson, estimateText } from './cost/report.ts';

function main(): void {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) {
    console.log(usage);
    return;
  }
  const { settings, json } = given;
  const found = estimate(settings, readCoefficients());
  console.log(json ? estimateJson(settings, found) : estimateText(settings, found));
}

try {
  main();
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  process.stderr.write(`cost: ${error.message}\n\n${usage}\n`);
  process.exitCode = 2;
}
