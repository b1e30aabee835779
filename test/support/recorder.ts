/** Remembers calls of functions, of classes and of their methods, so that each can be made again with other arguments. */
export interface Recorded {
  readonly name: string;
  readonly args: readonly unknown[];
  /** The same call with these. A method is called on a new object that went through what its own had. */
  readonly again: (args: readonly unknown[]) => unknown;
}

type Callable = (...args: unknown[]) => unknown;
type Class = new (...args: unknown[]) => object;

const isClass = (value: Callable) => /^class\b/.test(Function.prototype.toString.call(value));

/** The module with every function in it recorded into `records`; objects of functions by one dot more. */
export function recorded<Module extends object>(module: Module, name: string, records: Recorded[]): Module {
  return new Proxy({} as Module, {
    get: (_, key) => {
      const value = (module as Record<PropertyKey, unknown>)[key];
      const path = `${name}.${String(key)}`;
      if (typeof value === 'function')
        return isClass(value as Callable) ? recordedClass(value as Class, path, records) : recordedCall(value as Callable, path, records);
      const isNamespace = typeof value === 'object' && value !== null && Object.values(value).some((part) => typeof part === 'function');
      return isNamespace ? recorded(value, path, records) : value;
    },
  });
}

function recordedCall(call: Callable, name: string, records: Recorded[]): Callable {
  return (...args) => {
    records.push({ name, args, again: (others) => call(...others) });
    return call(...args);
  };
}

function recordedClass(Made: Class, name: string, records: Recorded[]): Class {
  return new Proxy(Made, {
    construct: (_, args: unknown[]) => {
      records.push({ name: `new ${name}`, args, again: (others) => new Made(...others) });
      const before: (readonly [string, readonly unknown[]])[] = [];
      const made = new Made(...args) as Record<string, unknown>;
      const through: object = new Proxy(made, {
        get: (_, key) => {
          const method = made[key as string];
          if (typeof method !== 'function') return method;
          return (...given: unknown[]) => {
            const earlier = before.slice();
            records.push({
              name: `${name}.${String(key)}`,
              args: given,
              again: (others) => {
                const fresh = new Made(...args) as Record<string, Callable>;
                for (const [step, with_] of earlier) fresh[step]?.(...with_);
                return fresh[key as string]?.(...others);
              },
            });
            before.push([String(key), given]);
            const result = method.apply(made, given);
            return result === made ? through : result;
          };
        },
      });
      return through;
    },
  });
}
