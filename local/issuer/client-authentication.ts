/**
 * Who asks for a token, RFC 6749 section 2.3.1: by HTTP Basic, or in the form. Any secret will do. Invariant: a name is
 * the same by either way, and no text in one half of Basic becomes the other, or another member of the form.
 */
import { OAuthError } from './oauth-error.ts';

export interface ClientForm {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
}

/**
 * @param authorization the header
 * @returns the client's id
 * @throws OAuthError `invalid_client` for a header that is no Basic, `invalid_request` for two ways at once
 */
export function clientOf(authorization: string | undefined, form: ClientForm): string {
  if (authorization === undefined) {
    if (form.client_id !== undefined) return form.client_id;
    throw new OAuthError('invalid_request', 'client_id: is missing, here and by HTTP Basic');
  }
  const id = basicId(authorization);
  if (form.client_secret !== undefined) {
    throw new OAuthError('invalid_request', 'client_secret: is given twice, by HTTP Basic as well');
  }
  if (form.client_id !== undefined && form.client_id !== id) {
    throw new OAuthError('invalid_request', 'client_id: differs from the one of HTTP Basic');
  }
  return id;
}

/** The first colon parts the two (RFC 7617 section 2); each is form-encoded, so one in the id is `%3A`. */
function basicId(authorization: string): string {
  try {
    const [, encoded = ''] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.toString('base64') !== encoded) throw new Error('another spelling');
    const pair = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const [, id, secret] = /^([^:]+):(.*)$/s.exec(pair) ?? [];
    return [id, secret].map(formDecoded)[0] as string;
  } catch {
    throw new OAuthError('invalid_client', 'expected HTTP Basic with id:secret, each form-encoded');
  }
}

/** @throws Error where it is not there, or is not form-encoded, or has control characters */
function formDecoded(text: string | undefined): string {
  if (text === undefined) throw new Error('no colon, or no id');
  const decoded = decodeURIComponent(text.replaceAll('+', ' '));
  if (/\p{Cc}/u.test(decoded)) throw new Error('control characters');
  return decoded;
}
