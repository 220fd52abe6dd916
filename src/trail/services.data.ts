/**
 * Under which prefixes the actions of an event source stand, beside the source's own name. Tried in order: the first that
 * has an action of the event's name.
 *
 * Sources: the page "Logging … API calls with AWS CloudTrail" of each service's guide for the name in the log, the Service
 * Authorization Reference for the prefix.
 */

/** `eventSource` without its domain → prefixes. */
export const SERVICE_PREFIXES: ReadonlyMap<string, readonly string[]> = new Map([
  ["amazonmq", ["mq"]],
  // Application Auto Scaling logs under the name of EC2's: its user guide, "Logging Application Auto Scaling API calls".
  ["autoscaling", ["application-autoscaling", "autoscaling-plans"]],
  ["billingconsole", ["billing", "account", "payments", "invoicing", "tax", "consolidatedbilling", "freetier"]],
  ["cloudcontrolapi", ["cloudformation"]],
  ["connectcampaigns", ["connect-campaigns"]],
  // Amazon SES, as the log has called it since before SES v2.
  ["email", ["ses"]],
  ["ingestion.chime", ["chime"]],
  ["lexv2", ["lex"]],
  ["marketplacecommerceanalytics", ["aws-marketplace"]],
  ["memory-db", ["memorydb"]],
  ["metering-marketplace", ["aws-marketplace"]],
  ["entitlement-marketplace", ["aws-marketplace"]],
  ["discovery-marketplace", ["aws-marketplace"]],
  ["catalog-marketplace", ["aws-marketplace"]],
  ["models-v2-lex", ["lex"]],
  ["models.lex", ["lex"]],
  // Amazon CloudWatch: its user guide, "Logging Amazon CloudWatch API calls".
  ["monitoring", ["cloudwatch"]],
  ["opensearch", ["es", "aoss"]],
  ["privatenetworks", ["private-networks"]],
  // RDS Data API: Aurora User Guide, "Logging RDS Data API calls".
  ["rdsdataapi", ["rds-data"]],
  ["runtime-v2-lex", ["lex"]],
  ["runtime.lex", ["lex"]],
  ["runtime.sagemaker", ["sagemaker"]],
  // Operations of S3 Control and of access points log as S3; some of their actions stand under prefixes of their own.
  ["s3", ["s3-object-lambda", "s3express", "s3-outposts"]],
  ["s3-outposts", ["s3"]],
  ["servicecatalog-appregistry", ["servicecatalog"]],
  // Resource Groups Tagging API: its user guide, "Logging Resource Groups Tagging API calls".
  ["tagging", ["tag"]],
  ["transcribestreaming", ["transcribe"]],
]);
