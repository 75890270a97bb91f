@core @since-0.11.1
Feature: The runtime with the highest priority is selected
  The entry of a runtime for a format can have a priority, an integer of at least 1. Among the candidates for a
  service, a higher priority comes first, and a runtime without a priority comes last. KServe has priorities since
  v0.11.1, a patch release.

  @rule-order-priority @claim-d9 @documented
  Scenario Outline: The higher priority wins among runtimes of one scope: <scope>
    Given <runtimes>
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | true       | 1        |
      | b-server | sklearn | 1       | true       | 2        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on <winner>

    Examples:
      | scope     | runtimes                                | winner                                          |
      | cluster   | these ClusterServingRuntimes            | ClusterServingRuntime "b-server"                |
      | namespace | these ServingRuntimes in namespace "team-a" | ServingRuntime "b-server" in namespace "team-a" |

  @rule-order-priority @claim-d9 @documented
  Scenario: Priorities are compared as numbers
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | true       | 9        |
      | b-server | sklearn | 1       | true       | 10       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d9 @documented
  Scenario: The highest priority does not make a runtime without autoSelect a candidate
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | false      | 9        |
      | b-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented
  Scenario: The highest priority does not make a runtime without the requested version a candidate
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 0       | true       | 9        |
      | b-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13
  Scenario: The highest priority does not make a runtime without the requested protocol a candidate
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | a-server | sklearn | 1       | true       | 9        | v1        |
      | b-server | sklearn | 1       | true       | 1        | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented
  Scenario: Priorities decide between runtimes with the same format, version and protocol
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | a-server | sklearn | 1       | true       | 1        | v1, v2    |
      | b-server | sklearn | 1       | true       | 2        | v2        |
    When a service in namespace "team-a" requests "sklearn" version "1" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @documented
  Scenario: The priority of a runtime for another format does not count
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | true       | 1        |
      | a-server | xgboost | 1       | true       | 9        |
      | b-server | sklearn | 1       | true       | 2        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority-over-none @claim-d10 @documented
  Scenario: The lowest priority comes before none
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | true       |          |
      | b-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @extended
  Scenario: The higher priority comes before the better protocol
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | a-server | sklearn | 1       | true       | 1        | v1, v2    |
      | b-server | sklearn | 1       | true       | 2        | grpc-v2, v2 |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @extended
  Scenario: The higher priority comes before the later creation
    Given these ClusterServingRuntimes
      | name       | format  | version | autoSelect | priority |
      | old-server | sklearn | 1       | true       | 2        |
    And a ClusterServingRuntime "new-server" that was created later
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "old-server"

  @rule-order-protocol-rank @extended
  Scenario: Runtimes without priorities are still ranked by their protocols
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v1, v2    |
      | a-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-name @extended
  Scenario: Runtimes with equal priorities are ordered by name
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 5        |
      | a-server | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"

  @rule-order-priority @claim-d9 @documented @since-0.11.0
  Scenario: According to the documentation of v0.11.0 the higher priority wins
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 2        |
      | a-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority-over-none @claim-d10 @documented @since-0.11.0
  Scenario: According to the documentation of v0.11.0 any priority comes before none
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 1        |
      | a-server | sklearn | 1       | true       |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented @since-0.11.0
  Scenario: According to the documentation of v0.11.0 priorities decide between equal protocols
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | b-server | sklearn | 1       | true       | 2        | v2        |
      | a-server | sklearn | 1       | true       | 1        | v2        |
    When a service in namespace "team-a" requests "sklearn" version "1" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-name @extended @since-0.9.0 @until-0.11.0
  Scenario: Before v0.11.1 a priority is not even stored
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 9        |
      | a-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"
