@core @since-0.11.1
Feature: Of several runtimes the one with the highest priority is chosen
  A runtime's entry for a format may have a priority, a number from 1 on. Of the runtimes that may be chosen for a
  service, the one with the higher number comes first, and one without a number comes after all that have one.
  KServe has priorities since v0.11.1, a patch release.

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
  Scenario: The highest priority does not help a runtime that may not be chosen automatically
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 1       | false      | 9        |
      | b-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented
  Scenario: The highest priority does not help a runtime that lacks the asked version
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-server | sklearn | 0       | true       | 9        |
      | b-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13
  Scenario: The highest priority does not help a runtime that lacks the asked protocol
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | a-server | sklearn | 1       | true       | 9        | v1        |
      | b-server | sklearn | 1       | true       | 1        | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented
  Scenario: Priorities decide between runtimes that share format, version and protocol
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority | protocols |
      | a-server | sklearn | 1       | true       | 1        | v1, v2    |
      | b-server | sklearn | 1       | true       | 2        | v2        |
    When a service in namespace "team-a" requests "sklearn" version "1" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @documented
  Scenario: A runtime's priority for another format does not count
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
  Scenario: Runtimes without priorities are ranked by their protocols as before
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v1, v2    |
      | a-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-name @extended
  Scenario: Runtimes of equal priority are put in order by name
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 5        |
      | a-server | sklearn | 1       | true       | 5        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"

  @rule-order-priority @claim-d9 @documented @since-0.11.0
  Scenario: The documentation of v0.11.0 already promises that the higher priority wins
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 2        |
      | a-server | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority-over-none @claim-d10 @documented @since-0.11.0
  Scenario: The documentation of v0.11.0 already promises that any priority comes before none
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | b-server | sklearn | 1       | true       | 1        |
      | a-server | sklearn | 1       | true       |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @rule-order-priority @claim-d13 @documented @since-0.11.0
  Scenario: The documentation of v0.11.0 already promises that priorities decide between equal protocols
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
