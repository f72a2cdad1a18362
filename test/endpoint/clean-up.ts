/**
 * What a run has made, and how each of it is removed. Invariant: a thing is noted before it is made, so
 * that a run that ends anywhere removes it; what cannot be removed does not keep the rest from it.
 */

export interface Removal {
  readonly what: string;
  /** undefined where it is gone */
  readonly error?: unknown;
}

export interface CleanUp {
  /** @param remove must succeed where there is nothing to remove */
  note(what: string, remove: () => Promise<void>): void;
  /** Removes all that was noted, the last first, and each once. */
  run(onRemoval: (removal: Removal) => void): Promise<void>;
}

export function openCleanUp(): CleanUp {
  const noted: { readonly what: string; readonly remove: () => Promise<void> }[] = [];
  return {
    note(what, remove) {
      noted.push({ what, remove });
    },
    async run(onRemoval) {
      for (const { what, remove } of noted.splice(0).reverse()) {
        try {
          await remove();
          onRemoval({ what });
        } catch (error) {
          onRemoval({ what, error });
        }
      }
    },
  };
}
