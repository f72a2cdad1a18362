/** Which header of a request with raw bytes stands for which member of a JSON body. */
export const rawHeaders = {
  'Encryption-Context': 'encryptionContext',
  'New-Encryption-Context': 'newEncryptionContext',
  'Encryption-Mode': 'mode',
} as const;
