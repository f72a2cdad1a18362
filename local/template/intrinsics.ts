/** The intrinsic functions of CloudFormation that CDK uses. Any other stops the start. */

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** What Ref and Fn::GetAtt mean in this template. */
export interface ReferenceScope {
  /** @throws TemplateError where nothing has that name */
  ref(name: string): string;
  /** @throws TemplateError where the resource or its attribute is unknown */
  attribute(logicalId: string, attribute: string): string;
}

/** @returns the value with every intrinsic replaced by what it stands for */
export function resolve(value: unknown, scope: ReferenceScope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (name === 'Ref' || name?.startsWith('Fn::')) {
    if (entries.length !== 1) throw new TemplateError(`${name} has members beside it`);
    return intrinsic(name, argument, scope);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, scope)]));
}

function intrinsic(name: string, argument: unknown, scope: ReferenceScope): unknown {
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, name));
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = list(argument, name).map((part) => text(part, name));
      return scope.attribute(logicalId ?? '', attribute ?? '');
    }
    case 'Fn::Join': {
      const [separator, parts] = list(argument, name);
      const resolved = list(resolve(parts, scope), name).map((part) => text(part, name));
      return resolved.join(text(separator, name));
    }
    case 'Fn::Sub':
      return substitute(text(argument, name), scope);
    case 'Fn::Select': {
      const [index, parts] = list(argument, name);
      return list(resolve(parts, scope), name)[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, whole] = list(argument, name);
      return text(resolve(whole, scope), name).split(text(separator, name));
    }
    default:
      throw new TemplateError(`the local stack does not know the function ${name}`);
  }
}

function substitute(pattern: string, scope: ReferenceScope): string {
  return pattern.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const [logicalId, attribute] = name.split(/\.(.*)/s);
    return attribute === undefined
      ? scope.ref(name)
      : scope.attribute(logicalId as string, attribute);
  });
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TemplateError(`${name}: expected a string, got ${JSON.stringify(value)}`);
}

function list(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(`${name}: expected a list, got ${JSON.stringify(value)}`);
}
