/**
 * dynalite without its HTTP server: the store and, for each operation, the check of its input and its action. So the
 * tables can only be reached through the AWS endpoint, and IAM is asked about the same object that dynalite acts on.
 * This imports files inside dynalite, so its version is pinned exactly.
 */
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { AwsError } from '../aws/wire/aws-error.ts';

/** The input of an operation, checked, without members that DynamoDB does not know. */
export type TableRequest = Readonly<Record<string, unknown>>;

export interface TableDescription {
  readonly TableStatus: string;
  readonly KeySchema: readonly KeyPart[];
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
}

export interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

export interface Dynalite {
  /** @throws AwsError SerializationException, ValidationException, as DynamoDB words them */
  check(operation: string, input: Readonly<Record<string, unknown>>): TableRequest;
  /** @throws AwsError the action's error */
  run(operation: string, request: TableRequest): Promise<object>;
  table(name: string): Promise<TableDescription | undefined>;
  /** Removes a table, not its items. */
  forget(name: string): Promise<void>;
  /** After what has begun, whose caller may be gone by then; dynalite would throw where nobody catches it. */
  close(): Promise<void>;
}

export interface DynaliteOptions {
  readonly accountId: string;
  readonly region: string;
  /** a folder; without it everything is in memory */
  readonly path?: string | undefined;
}

type Callback = (error: unknown, result: unknown) => void;

interface Store {
  readonly db: { open(): Promise<void> };
  readonly tableDb: {
    awsAccountId: string;
    awsRegion: string;
    del(name: string, done: Callback): void;
  };
  getTable(name: string, mustBeActive: false, done: Callback): void;
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
}

type Action = (store: Store, request: unknown, done: Callback) => void;

/** dynalite's own functions on items. */
interface Database {
  create(options: object): Store;
  /** @returns the error of a condition that the item does not meet */
  checkConditional(request: TableRequest, item: unknown): DynaliteError | null | undefined;
}

interface DynaliteError {
  readonly statusCode?: number;
  readonly body?: Readonly<Record<string, unknown>> & {
    readonly __type: string;
    readonly message?: string;
    readonly Message?: string;
  };
}

interface Validation {
  readonly types: object;
  readonly custom: object;
}

interface Validations {
  checkTypes(input: unknown, types: object): Record<string, unknown>;
  checkValidations(request: unknown, types: object, custom: object, store: Store): void;
}

const load = createRequire(import.meta.url);

/** @throws Error where the folder cannot be opened, such as while another stack has it */
export async function openDynalite({
  accountId,
  region,
  path,
}: DynaliteOptions): Promise<Dynalite> {
  const { create } = database();
  const validations = load('dynalite/validations') as Validations;
  const store = create({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  store.tableDb.awsAccountId = accountId;
  store.tableDb.awsRegion = region;
  await store.db.open().catch((cause: unknown) => {
    throw new Error(`the tables in ${path} cannot be opened; does another stack run on them?`, {
      cause,
    });
  });
  const work = whileOpen();
  return {
    check(operation, input) {
      refuseProtoAndNull(input);
      const { types, custom } = validationOf(operation);
      try {
        // On a copy, since it removes members that it does not know.
        const request = validations.checkTypes(structuredClone(input), types);
        validations.checkValidations(request, types, custom, store);
        return request;
      } catch (error) {
        throw translated(error);
      }
    },
    run: (operation, request) =>
      work.of((done) =>
        (load(fileOf('actions', operation)) as Action)(store, request, done),
      ) as Promise<object>,
    table: (name) =>
      work
        .of((done) => store.getTable(name, false, done))
        .catch((error: unknown) => {
          if (error instanceof AwsError) return undefined;
          throw error;
        }) as Promise<TableDescription | undefined>,
    forget: async (name) => {
      await work.of((done) => store.tableDb.del(name, done));
    },
    async close() {
      await work.all();
      await store.lifecycleManager.gracefulClose();
    },
  };
}

let loaded: Database | undefined;

/**
 * dynalite's database, taught ReturnValuesOnConditionCheckFailure. Its actions check a condition by this function, under
 * the item's lock, so the item in the error is the one that did not meet the condition.
 */
function database(): Database {
  if (loaded !== undefined) return loaded;
  const db = load('dynalite/db') as Database;
  const { checkConditional } = db;
  db.checkConditional = (request, item) => {
    const error = checkConditional(request, item);
    const isAsked = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (!error || !item || !isAsked) return error;
    return { ...error, body: { ...error.body, Item: item } } as DynaliteError;
  };
  loaded = db;
  return db;
}

const conditional = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

function validationOf(operation: string): Validation {
  const validation = load(fileOf('validations', operation)) as Validation;
  if (!conditional.has(operation)) return validation;
  const onFailure = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
  const types = { ...validation.types, ReturnValuesOnConditionCheckFailure: onFailure };
  return { ...validation, types };
}

const fileOf = (folder: string, operation: string): string =>
  `dynalite/${folder}/${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;

/**
 * dynalite copies members into plain objects, where `__proto__` would become a prototype, and fails on list items and
 * map values that are null, which no SDK sends.
 */
function refuseProtoAndNull(input: object): void {
  const nodes: object[] = [input];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (Object.hasOwn(node, '__proto__')) {
      throw new AwsError(
        'ValidationException',
        'The local stack does not take the name __proto__.',
      );
    }
    for (const value of Object.values(node)) {
      if (value === null && node !== input) {
        throw new AwsError('SerializationException', 'A null stands where DynamoDB takes none.');
      }
      if (typeof value === 'object' && value !== null) nodes.push(value);
    }
  }
}

/** What is at work on the store, as promises. */
function whileOpen() {
  const atWork = new Set<Promise<unknown>>();
  return {
    of(start: (done: Callback) => void): Promise<unknown> {
      const one = new Promise((resolve, reject) => {
        start((error, result) => {
          if (error) reject(translated(error));
          else resolve(result);
        });
      }).finally(() => atWork.delete(one));
      atWork.add(one);
      return one;
    },
    /** One may begin another, in the same turn: access to a table is decided by a look at the table. */
    async all(): Promise<void> {
      do {
        await Promise.allSettled(atWork);
        await turn();
      } while (atWork.size > 0);
    },
  };
}

/** dynalite's answers become AwsErrors. Any other error is a defect. */
function translated(error: unknown): unknown {
  const { statusCode, body } = error as DynaliteError;
  if (statusCode === undefined || body === undefined) return error;
  const { __type, message, Message, ...members } = body;
  return new AwsError(__type, message ?? Message ?? '', statusCode, members);
}
