/**
 * What the functions are measured against: the AWS clients that the data plane cannot do without, and the
 * commands that it sends. Exported, so that the bundler keeps them; nothing is made of them.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

export const clients = [KMSClient, LambdaClient, DynamoDBClient];
export const commands = [GenerateDataKeyCommand, DecryptCommand, InvokeCommand, GetItemCommand];
