// What the page shows, by its address: `#/?search=acme&use=unusable&page=2`, or one tenant's own view, `#/tenants/acme`.
// An address has no more in it than that, so that it can be kept and handed on.

const listeners = [];
/** Calls it whenever the address names something else. */
export const onSelection = (listener) => listeners.push(listener);

/** @returns the tenant whose view it is, if it is one; and which tenants are listed */
export function selection() {
  const [path, query = ''] = location.hash.slice(1).split('?');
  const [, tenantId] = /^\/tenants\/([^/]+)$/.exec(path) ?? [];
  const parameters = new URLSearchParams(query);
  return {
    tenantId: tenantId === undefined ? undefined : decoded(tenantId),
    search: parameters.get('search') ?? '',
    use: parameters.get('use') ?? '',
    page: Number(parameters.get('page')) || 1,
  };
}

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const tenantAddress = (tenantId) => `#/tenants/${encodeURIComponent(tenantId)}`;

/** The list that was last shown, to which a tenant's view leads back. */
let list = '#/';

/** @param changes to what is listed; what does not change the page begins at the first */
export function listTenants(changes) {
  const { search, use, page } = { ...selection(), page: 1, ...changes };
  const query = new URLSearchParams(
    Object.entries({ search, use, page: page === 1 ? '' : String(page) }).filter(
      ([, value]) => value,
    ),
  ).toString();
  list = query === '' ? '#/' : `#/?${query}`;
  // Not a new entry of the history for each letter that is typed.
  history.replaceState(null, '', list);
  changed();
}
export const listAddress = () => list;

/** @returns the query of the endpoints for what is listed */
export function listQuery() {
  const { search, use, page } = selection();
  return new URLSearchParams({ search: search.slice(0, 200), use, page: String(page) }).toString();
}

function changed() {
  const selected = selection();
  if (selected.tenantId === undefined) list = location.hash || '#/';
  for (const listener of listeners) listener(selected);
}
addEventListener('hashchange', changed);
