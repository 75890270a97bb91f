@rule-graph-endpoint-protocol @extended
Feature: The protocol over which an inference graph calls a service
  An inference graph calls services over v1 or v2. Up to v0.15.2 it uses the protocol of the service, or v1 if the
  service sets none. Since v0.16.0 it uses the first supported protocol of the runtime that the service names; it
  still ignores a runtime that KServe selected.

  Background:
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols   |
      | v2-server | sklearn | 1       | true       | grpc-v2, v2 |
      | grpc-only | sklearn | 1       |            | grpc-v2     |

  @until-0.15.2
  Scenario: Up to v0.15.2 a service without a protocol is called over v1, whatever its runtime speaks
    When a service in namespace "team-a" requests "sklearn" with runtime "v2-server"
    Then an inference graph calls it over "v1"

  @since-0.16.0
  Scenario: Since v0.16.0 the graph uses the first protocol of a named runtime that it supports
    When a service in namespace "team-a" requests "sklearn" with runtime "v2-server"
    Then an inference graph calls it over "v2"

  @since-0.16.0
  Scenario: Since v0.16.0 a graph cannot call a named runtime that speaks none of its protocols
    When a service in namespace "team-a" requests "sklearn" with runtime "grpc-only"
    Then no inference graph can call it

  Scenario: A runtime that KServe selected is ignored
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then an inference graph calls it over "v2"
