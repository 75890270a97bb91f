@rule-order-long-list-undefined @extended
Feature: With more than twelve candidates only the highest priority is certain
  Since v0.11.1 KServe sorts the candidates of one scope by priority with an algorithm that is stable only for short
  lists. With more than twelve candidates, it selects one of the runtimes with the highest priority, but which one is
  undefined.

  @one-of @since-0.11.1 @until-0.20.0
  Scenario: One of the runtimes with the highest priority is selected
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | server-01 | sklearn | 1       | true       | 1        |
      | server-02 | sklearn | 1       | true       | 1        |
      | server-03 | sklearn | 1       | true       | 5        |
      | server-04 | sklearn | 1       | true       | 1        |
      | server-05 | sklearn | 1       | true       |          |
      | server-06 | sklearn | 1       | true       | 1        |
      | server-07 | sklearn | 1       | true       | 5        |
      | server-08 | sklearn | 1       | true       | 1        |
      | server-09 | sklearn | 1       | true       |          |
      | server-10 | sklearn | 1       | true       | 1        |
      | server-11 | sklearn | 1       | true       | 5        |
      | server-12 | sklearn | 1       | true       | 1        |
      | server-13 | sklearn | 1       | true       |          |
      | server-14 | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind           | name      | namespace |
      | ServingRuntime | server-03 | team-a    |
      | ServingRuntime | server-07 | team-a    |
      | ServingRuntime | server-11 | team-a    |

  @rule-order-priority @since-0.11.1
  Scenario: A single highest priority wins in a list of any length
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | server-01 | sklearn | 1       | true       | 1        |
      | server-02 | sklearn | 1       | true       | 1        |
      | server-03 | sklearn | 1       | true       | 1        |
      | server-04 | sklearn | 1       | true       | 1        |
      | server-05 | sklearn | 1       | true       |          |
      | server-06 | sklearn | 1       | true       | 1        |
      | server-07 | sklearn | 1       | true       | 1        |
      | server-08 | sklearn | 1       | true       | 1        |
      | server-09 | sklearn | 1       | true       |          |
      | server-10 | sklearn | 1       | true       | 1        |
      | server-11 | sklearn | 1       | true       | 1        |
      | server-12 | sklearn | 1       | true       | 9        |
      | server-13 | sklearn | 1       | true       |          |
      | server-14 | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "server-12" in namespace "team-a"

  @rule-order-name @since-0.11.1
  Scenario: Up to twelve candidates are still ordered by name
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect | priority |
      | server-12 | sklearn | 1       | true       | 5        |
      | server-11 | sklearn | 1       | true       | 5        |
      | server-10 | sklearn | 1       | true       | 1        |
      | server-09 | sklearn | 1       | true       | 1        |
      | server-08 | sklearn | 1       | true       | 1        |
      | server-07 | sklearn | 1       | true       | 5        |
      | server-06 | sklearn | 1       | true       | 1        |
      | server-05 | sklearn | 1       | true       | 1        |
      | server-04 | sklearn | 1       | true       | 5        |
      | server-03 | sklearn | 1       | true       |          |
      | server-02 | sklearn | 1       | true       |          |
      | server-01 | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "server-04" in namespace "team-a"

  @rule-order-name @since-0.9.0 @until-0.11.0
  Scenario: Up to v0.11.0 a list of any length has a defined order
    Given these ServingRuntimes in namespace "team-a"
      | name      | format  | version | autoSelect |
      | server-14 | sklearn | 1       | true       |
      | server-13 | sklearn | 1       | true       |
      | server-12 | sklearn | 1       | true       |
      | server-11 | sklearn | 1       | true       |
      | server-10 | sklearn | 1       | true       |
      | server-09 | sklearn | 1       | true       |
      | server-08 | sklearn | 1       | true       |
      | server-07 | sklearn | 1       | true       |
      | server-06 | sklearn | 1       | true       |
      | server-05 | sklearn | 1       | true       |
      | server-04 | sklearn | 1       | true       |
      | server-03 | sklearn | 1       | true       |
      | server-02 | sklearn | 1       | true       |
      | server-01 | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "server-01" in namespace "team-a"
