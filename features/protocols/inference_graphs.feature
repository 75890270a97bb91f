@rule-graph-endpoint-protocol @extended
Feature: The protocol by which an inference graph calls a service
  An inference graph calls services over v1 or v2. Up to v0.15.2 it believes what the service says, and v1 if it says
  nothing. Since v0.16.0 a runtime that the service names decides instead, by the first of its protocols that a graph can
  speak; a runtime that KServe chose is still not looked at.

  Background:
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols   |
      | v2-server | sklearn | 1       | true       | grpc-v2, v2 |
      | grpc-only | sklearn | 1       |            | grpc-v2     |

  @until-0.15.2
  Scenario: Up to v0.15.2 a service that says nothing is called over v1, whatever its runtime speaks
    When a service in namespace "team-a" requests "sklearn" with runtime "v2-server"
    Then an inference graph calls it over "v1"

  @since-0.16.0
  Scenario: Since v0.16.0 the first protocol of a named runtime that graphs speak is taken
    When a service in namespace "team-a" requests "sklearn" with runtime "v2-server"
    Then an inference graph calls it over "v2"

  @since-0.16.0
  Scenario: Since v0.16.0 a named runtime that speaks no protocol of graphs cannot be reached
    When a service in namespace "team-a" requests "sklearn" with runtime "grpc-only"
    Then no inference graph can call it

  Scenario: A runtime that KServe chose is not looked at
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then an inference graph calls it over "v2"
