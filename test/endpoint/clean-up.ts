/**
 * Removes what a run has made. Invariant: each thing is noted before it is made, so that a run removes it wherever it
 * ends; and what cannot be removed does not keep the rest from being removed.
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
