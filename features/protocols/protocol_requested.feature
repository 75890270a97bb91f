@core
Feature: Automatic selection matches the protocol that the service sets
  A service can set the protocol that its clients use, such as v1, v2 or grpc-v2. Since v0.9.0 KServe selects only
  runtimes that list exactly this protocol, or that list none.

  @rule-auto-protocol-any-by-default @rule-auto-protocol-v1-by-default @since-0.9.0
  Scenario Outline: A runtime that lists the protocol is selected: <requested> of "<protocols>"
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "<requested>"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | requested | protocols   |
      | v1        | v1          |
      | v2        | v1, v2      |
      | grpc-v1   | v1, grpc-v1 |
      | grpc-v2   | v2, grpc-v2 |
      | grpc-v2   | grpc-v2     |
      | v3        | v3          |

  @rule-auto-protocol-any-by-default @rule-auto-protocol-v1-by-default @since-0.9.0
  Scenario Outline: A runtime that does not list the protocol is not selected: <requested> of "<protocols>"
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "<requested>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | requested | protocols   |
      | v1        | v2          |
      | v2        | v1          |
      | v2        | grpc-v2     |
      | grpc-v1   | v1, grpc-v2 |
      | V2        | v2          |
      | v3        | v1, v2      |

  @rule-auto-protocol-any-by-default @rule-auto-protocol-v1-by-default @since-0.9.0
  Scenario: KServe selects the runtime that lists the protocol
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols |
      | v1-server | sklearn | 1       | true       | v1        |
      | v2-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "v2-server"

  @rule-auto-protocol-any-by-default @rule-auto-protocol-v1-by-default @since-0.9.0
  Scenario: Version and protocol must match in the same runtime
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols |
      | v1-server | sklearn | 1       | true       | v1        |
      | v2-server | sklearn | 0       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" version "1" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-protocol-ignored @until-0.8.0
  Scenario: In v0.8.0 the protocol has no effect
    Given a ClusterServingRuntime "v1-server" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "v1-server"
