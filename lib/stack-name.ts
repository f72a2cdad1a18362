/** In a file of its own, so that whoever only reads a template need not load CDK. */
export const stackName = 'TenantKeys';
