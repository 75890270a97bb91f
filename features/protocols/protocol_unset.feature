@core
Feature: The default protocol of a service depends on the release
  A service does not have to set a protocol. Up to v0.11.0 automatic selection then accepts any protocol. Since
  v0.11.1 the default is v1, so services that never had to request v2 no longer match runtimes that only speak v2. A
  runtime that lists no protocols supports all of them.

  @rule-auto-protocol-ignored @until-0.8.0
  Scenario: v0.8.0 ignores protocols
    Given a ClusterServingRuntime "v2-server" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "v2-server"

  @rule-auto-protocol-any-by-default @since-0.9.0 @until-0.11.0
  Scenario Outline: From v0.9.0 to v0.11.0 any runtime matches: <protocols>
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

  @rule-auto-protocol-v1-by-default @since-0.11.1
  Scenario Outline: Since v0.11.1 a runtime that does not speak v1 does not match: <protocols>
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

  @rule-auto-protocol-v1-by-default @since-0.11.1
  Scenario Outline: Since v0.11.1 a runtime that also speaks v1 matches: <protocols>
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | protocols |
      | v1        |
      | v2, v1    |

  @rule-auto-protocol-v1-by-default @since-0.11.1
  Scenario: A namespaced runtime that only speaks v2 does not shadow the cluster runtime
    Given a ServingRuntime "own-server" in namespace "team-a" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    And a ClusterServingRuntime "shared-server" that speaks "v1"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-protocol-any-by-default @since-0.9.0 @until-0.11.0
  Scenario: Up to v0.11.0 a namespaced runtime that only speaks v2 comes before the cluster runtime
    Given a ServingRuntime "own-server" in namespace "team-a" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    And a ClusterServingRuntime "shared-server" that speaks "v1"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  @rule-auto-protocol-v1-by-default @since-0.11.1
  Scenario: A service that adds protocol v2 gets its runtime back
    Given a ClusterServingRuntime "v2-server" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service in namespace "team-a" requests "onnx" over "v2"
    Then it runs on ClusterServingRuntime "v2-server"
