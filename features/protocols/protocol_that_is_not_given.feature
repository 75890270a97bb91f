@core
Feature: What a service without a protocol is given depends on the release
  A service may leave out the protocol that it wants to be spoken to in. For an automatic choice this meant any
  protocol up to v0.11.0. Since v0.11.1 it means v1, so that runtimes which speak only v2 are not found any more by
  services that did not have to ask for v2 before. A runtime that lists no protocols counts as speaking all.

  @rule-auto-protocol-ignored @until-0.8.0
  Scenario: In v0.8.0 protocols are not known at all
    Given a ClusterServingRuntime "v2-server" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "v2-server"

  @rule-auto-protocol-any-unless-given @since-0.9.0 @until-0.11.0
  Scenario Outline: From v0.9.0 to v0.11.0 any runtime will do: <protocols>
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | protocols |
      | v1        |
      | v2        |
      | grpc-v2   |

  @rule-auto-protocol-v1-unless-given @since-0.11.1
  Scenario Outline: Since v0.11.1 a runtime that does not speak v1 will not do: <protocols>
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | protocols   |
      | v2          |
      | v2, grpc-v2 |
      | grpc-v1     |

  @rule-auto-protocol-v1-unless-given @since-0.11.1
  Scenario Outline: Since v0.11.1 a runtime that speaks v1 among others will do: <protocols>
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | protocols |
      | v1        |
      | v2, v1    |

  @rule-auto-protocol-v1-unless-given @since-0.11.1
  Scenario: A runtime of the namespace that speaks only v2 leaves room for the cluster's
    Given a ServingRuntime "own-server" in namespace "team-a" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    And a ClusterServingRuntime "shared-server" that speaks "v1"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-protocol-any-unless-given @since-0.9.0 @until-0.11.0
  Scenario: Up to v0.11.0 a runtime of the namespace that speaks only v2 comes before the cluster's
    Given a ServingRuntime "own-server" in namespace "team-a" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    And a ClusterServingRuntime "shared-server" that speaks "v1"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  @rule-auto-protocol-v1-unless-given @since-0.11.1
  Scenario: A service that comes to ask for v2 finds its runtime again
    Given a ClusterServingRuntime "v2-server" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service in namespace "team-a" requests "onnx" over "v2"
    Then it runs on ClusterServingRuntime "v2-server"
