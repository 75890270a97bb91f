@rule-empty-protocol-matches-all @extended @since-0.9.0
Feature: An empty protocol is not the same as none
  A service whose protocol is set but empty matches every runtime, whatever protocols it lists. A service without a
  protocol, however, matches only runtimes that speak v1 since v0.11.1.

  Scenario Outline: An empty protocol matches any runtime: <protocols>
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over ""
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | protocols |
      | v1        |
      | v2        |
      | grpc-v2   |

  Scenario: The format must still match
    Given a ClusterServingRuntime "model-server" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "onnx" over ""
    Then it has no runtime because of "NoSupportingRuntime"

  Scenario: With an empty protocol the runtime whose protocols rank first is selected
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v2        |
      | a-server | sklearn | 1       | true       | grpc-v2   |
    When a service in namespace "team-a" requests "sklearn" over ""
    Then it runs on ClusterServingRuntime "b-server"
