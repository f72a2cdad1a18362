/** Who hears of alarms, and by which tags the operator knows the stack's resources. */
import { z } from 'zod';
import { valueOrJson } from './list.ts';
import { text } from './values.ts';

const texts = {
  alarmEmail: 'must be a mail address',
  alarmTopicArn:
    "must be the ARN of an SNS topic of the stack's region that is no FIFO topic: arn:aws:sns:REGION:ACCOUNT:NAME",
  both: 'must be left out with alarmTopicArn: that topic has its own subscribers',
  tags: 'must be an object of at most 40 tags, such as {"cost-center": "1234"}, or JSON text of one',
  name:
    'must be 1-128 letters, digits, spaces and _ . : / = + - @, and none that the product or AWS gives: ' +
    'ManagedBy, TenantId, aws:...',
  value: 'must be a text of at most 256 letters, digits, spaces and _ . : / = + - @',
};

/** Policies tell tenants and the product's own resources apart by these, and IAM takes their names in any case. */
const own = /^(?:managedby|tenantid|aws:.*)$/i;

const tagName = text(/^[\p{L}\p{N} _.:/=+@-]{1,128}$/u, texts.name).refine(
  (name) => name === name.trim() && !own.test(name),
  texts.name,
);
const tagValue = text(/^[\p{L}\p{N} _.:/=+@-]{0,256}$/u, texts.value);

export const monitoring = {
  /** to which alarms are mailed as well; its owner must confirm that to SNS first */
  alarmEmail: text(/^[^\s@]{1,64}@[^\s@]{1,255}$/, texts.alarmEmail).optional(),
  /** that alarms notify, instead of a topic of the stack's */
  alarmTopicArn: text(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    texts.alarmTopicArn,
  ).optional(),
  /** of every resource that CloudFormation makes but keys of tenants */
  tags: valueOrJson(
    z
      .record(tagName, tagValue, {
        error: ({ code }) => (code === 'invalid_key' ? texts.name : texts.tags),
      })
      .refine((tags) => Object.keys(tags).length <= 40, texts.tags)
      .readonly(),
  ).default({}),
};

export const monitoringRules = [
  {
    fit: (given: { alarmEmail?: string | undefined; alarmTopicArn?: string | undefined }) =>
      given.alarmEmail === undefined || given.alarmTopicArn === undefined,
    problem: { path: ['alarmEmail'], message: texts.both },
  },
];
