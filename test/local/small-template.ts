/** Parts for tests' own templates. */

export const account = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '111122223333',
  stackName: 'Small',
};

export const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

/** @param statements of a policy each */
export const role = (...statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    Policies: statements.map((statement, index) => ({
      PolicyName: `P${index}`,
      PolicyDocument: document(statement),
    })),
  },
});
