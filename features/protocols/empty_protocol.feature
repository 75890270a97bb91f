@rule-empty-protocol-matches-all @extended @since-0.9.0
Feature: An empty protocol is not the same as none
  A service whose protocol is there but empty is answered by every runtime, whatever protocols it lists. That differs
  from a service without a protocol, which since v0.11.1 is answered only by runtimes that speak v1.

  Scenario Outline: Any runtime is chosen for an empty protocol: <protocols>
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

  Scenario: The format must fit all the same
    Given a ClusterServingRuntime "model-server" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "onnx" over ""
    Then it has no runtime because of "NoSupportingRuntime"

  Scenario: An empty protocol prefers the runtime whose protocols rank first
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v2        |
      | a-server | sklearn | 1       | true       | grpc-v2   |
    When a service in namespace "team-a" requests "sklearn" over ""
    Then it runs on ClusterServingRuntime "b-server"
