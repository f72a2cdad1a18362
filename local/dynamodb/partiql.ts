/**
 * PartiQL's INSERT, in BatchExecuteStatement: dynalite has no PartiQL. Invariant: an insert is a right of its own,
 * `dynamodb:PartiQLInsert`, and never changes an item that is there (Service Authorization Reference, DynamoDB).
 */
import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { itemChecks, type Tables } from './access.ts';
import type { Dynalite } from './dynalite.ts';
import { partitionKeyOf } from './leading-keys.ts';

/** API reference, BatchExecuteStatement. */
const maxStatements = 25;

interface Insert {
  readonly TableName: string;
  readonly Item: Readonly<Record<string, unknown>>;
}

/** As an error of one statement, each of which is answered by itself. */
const codes: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'DuplicateItem',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

export async function batchExecuteStatement(
  dynalite: Dynalite,
  tables: Tables,
  input: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<object> {
  const inserts = statementsOf(input).map(insertOf);
  for (const { TableName, Item } of inserts) {
    for (const check of await itemChecks(tables, TableName, [Item])) {
      call.authorize({ ...check, action: 'dynamodb:PartiQLInsert' });
    }
  }
  return { Responses: await Promise.all(inserts.map((insert) => run(dynalite, insert))) };
}

async function run(dynalite: Dynalite, { TableName, Item }: Insert): Promise<object> {
  try {
    const table = await dynalite.table(TableName);
    const request = dynalite.check('PutItem', {
      TableName,
      Item,
      ...(table && {
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': partitionKeyOf(table) },
      }),
    });
    await dynalite.run('PutItem', request);
    return { TableName };
  } catch (error) {
    // dynalite writes the namespace before the name.
    const Code = error instanceof AwsError ? codes[error.name.replace(/^.*#/, '')] : undefined;
    if (Code === undefined) throw error;
    return { TableName, Error: { Code, Message: (error as AwsError).message } };
  }
}

function statementsOf({ Statements }: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (Array.isArray(Statements) && Statements.length > 0 && Statements.length <= maxStatements) {
    return Statements;
  }
  throw invalid(`A batch has 1 to ${maxStatements} statements`);
}

const form = /^INSERT INTO "([\w.-]+)" VALUE \{('[\w-]+':\?(?:,'[\w-]+':\?)*)\}$/;

/** @throws AwsError ValidationException for anything else than `INSERT INTO "table" VALUE {'name':?,...}` */
function insertOf(statement: unknown): Insert {
  const { Statement, Parameters } = statement as Readonly<Record<string, unknown>>;
  const [, TableName, members] = form.exec(String(Statement)) ?? [];
  const names = members?.split(',').map((member) => member.slice(1, -3));
  if (TableName === undefined || names === undefined) {
    throw invalid(`The local stack plays INSERT INTO "table" VALUE {'name':?,...} only.`);
  }
  const distinct = new Set(names).size === names.length;
  if (!distinct || !Array.isArray(Parameters) || Parameters.length !== names.length) {
    throw invalid('Number of parameters in request and statement do not match.');
  }
  return { TableName, Item: Object.fromEntries(names.map((name, at) => [name, Parameters[at]])) };
}

const invalid = (message: string) => new AwsError('ValidationException', message);
