/**
 * Calls that list all resources of a type, and on what AWS asks for the permission then. The Service Authorization Reference
 * does not say it; AWS's own messages do ("… is not authorized to perform: rds:DescribeDBInstances on resource:
 * arn:aws:rds:us-east-1:111111111111:db:*", and in the same way for clusters of RDS and of ElastiCache).
 */

/** Action → resource type whose every name is asked for. */
export const LISTED: ReadonlyMap<string, string> = new Map([
  ["cloudwatch:DescribeAlarms", "alarm"],
  ["elasticache:DescribeCacheClusters", "cluster"],
  ["elasticache:DescribeCacheParameterGroups", "parametergroup"],
  ["elasticache:DescribeCacheSecurityGroups", "securitygroup"],
  ["elasticache:DescribeCacheSubnetGroups", "subnetgroup"],
  ["elasticache:DescribeReplicationGroups", "replicationgroup"],
  ["elasticache:DescribeSnapshots", "snapshot"],
  ["elasticache:DescribeUserGroups", "usergroup"],
  ["elasticache:DescribeUsers", "user"],
  ["rds:DescribeDBClusterParameterGroups", "cluster-pg"],
  ["rds:DescribeDBClusterSnapshots", "cluster-snapshot"],
  ["rds:DescribeDBClusters", "cluster"],
  ["rds:DescribeDBInstances", "db"],
  ["rds:DescribeDBParameterGroups", "pg"],
  ["rds:DescribeDBSecurityGroups", "secgrp"],
  ["rds:DescribeDBSnapshots", "snapshot"],
  ["rds:DescribeDBSubnetGroups", "subgrp"],
  ["rds:DescribeEventSubscriptions", "es"],
  ["rds:DescribeGlobalClusters", "global-cluster"],
  ["rds:DescribeOptionGroups", "og"],
  ["rds:DescribeReservedDBInstances", "ri"],
]);
