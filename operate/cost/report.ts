/** An estimate for a terminal. */
import type { Estimate, Item, Part } from './estimate.ts';
import { isInAzure, isInKms } from './key-stores.ts';
import { prices, pricesAsOf } from './prices.ts';
import { type CostSettings, daysAMonth } from './settings.ts';
import { paidRotations } from './usage.ts';

const titles: Readonly<Record<Part, string>> = {
  stack: 'the stack itself',
  tenants: 'for its tenants',
  requests: 'for requests',
};

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

export function estimateText(settings: CostSettings, { items, usd }: Estimate): string {
  const { tenants, requests } = settings;
  return [
    `${count.format(tenants)} tenants, ${count.format(requests)} requests a month, us-east-1, list prices of ${pricesAsOf}`,
    ...(Object.keys(titles) as Part[]).flatMap((part) => [
      '',
      `${dollars(usd[part])}  ${titles[part]}`,
      ...items.filter((item) => item.part === part).map(lineOf),
    ]),
    '',
    `${dollars(usd.all)}  in a month`,
    ...keyLines(settings),
    ...(items.some(isUnseen)
      ? ['? a price that was not seen on its page: look it up there (--json has the pages)']
      : []),
  ].join('\n');
}

const dollars = (usd: number): string => `$${money.format(usd)}`.padStart(14);

const isUnseen = ({ price }: Item): boolean => 'verify' in prices[price];

function lineOf(item: Item): string {
  const { per, unit, usd } = prices[item.price];
  const unitPrice = `$${usd}${per === 1 ? '' : ` for ${count.format(per)}`}, ${unit}`;
  const mark = isUnseen(item) ? ' ?' : '';
  return `${dollars(item.usd)}    ${item.what}: ${count.format(item.quantity)} at ${unitPrice}${mark}`;
}

/** What a tenant's key costs in the course of its life, or where that stands. */
function keyLines(settings: CostSettings): string[] {
  if (isInAzure(settings))
    return ['Entra and Resource Manager are free; what Azure logs is not in it.'];
  if (!isInKms(settings)) return [`What the keys cost in ${settings.keyStore} is not in it.`];
  const { rotationPeriodInDays: period, ageDays } = settings;
  return [
    `A key rotates every ${period} days: $1 a month, $2 from day ${period}, $3 from day ${2 * period} on and no more;`,
    `here all are ${count.format(ageDays)} days old, at $${1 + paidRotations(settings)}. A month has ${daysAMonth} days.`,
  ];
}

/** For other programs: each item with its price and where that stands. */
export const estimateJson = (settings: CostSettings, { items, usd }: Estimate): string =>
  JSON.stringify(
    {
      settings,
      pricesAsOf,
      usd,
      items: items.map((item) => ({ ...item, price: prices[item.price] })),
    },
    undefined,
    2,
  );
