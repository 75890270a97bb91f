@rule-no-protocols-supports-all @extended @since-0.9.0
Feature: A runtime that lists no protocols supports all of them
  A runtime does not have to list its protocols. KServe then assumes that it supports all of them, so it is a
  candidate for every service. Because its protocols are unknown it comes after runtimes that list some, unless a
  priority decides.

  Scenario Outline: It is a candidate for any protocol: <protocol>
    Given a ClusterServingRuntime "silent-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "<protocol>"
    Then it runs on ClusterServingRuntime "silent-server"

    Examples:
      | protocol |
      | v1       |
      | v2       |
      | grpc-v2  |
      | anything |

  Scenario: It is a candidate for a service without a protocol
    Given a ClusterServingRuntime "silent-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "silent-server"

  Scenario: An empty list counts as no list
    Given a ClusterServingRuntime "silent-server"
      """
      protocolVersions: []
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "silent-server"

  @rule-order-protocol-rank
  Scenario: It comes after a runtime that lists the protocol
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | protocols |
      | silent-server | sklearn | 1       | true       |           |
      | v2-server     | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "v2-server"

  @rule-order-priority @since-0.11.1
  Scenario: With a higher priority it comes before a runtime that lists the protocol
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | priority | protocols |
      | silent-server | sklearn | 1       | true       | 2        |           |
      | a-v2-server   | sklearn | 1       | true       | 1        | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "silent-server"
