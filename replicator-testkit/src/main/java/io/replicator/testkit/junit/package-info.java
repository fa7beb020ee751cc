/**
 * What JUnit tests need beside clusters: clusters that many classes share, the skip where there is no engine to run them,
 * and the brokers' logs when a test fails. The only package that needs JUnit.
 */
package io.replicator.testkit.junit;
