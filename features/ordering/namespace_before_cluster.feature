@rule-namespace-before-cluster @extended
Feature: Any suitable runtime of the namespace is chosen before every one of the cluster
  When KServe chooses, it looks at the namespace's runtimes first. If one of them fits the service it is chosen, no
  matter what would rank a cluster runtime higher. Cluster runtimes are looked at only if none of the namespace fits.

  Scenario: The namespace's runtime is chosen
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

  Scenario: Another namespace's services still get the cluster's runtime
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-b" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @since-0.11.1
  Scenario Outline: A cluster runtime of priority <shared> does not come before one of the namespace with "<own>"
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-shared | sklearn | 1       | true       | <shared> |
    And these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | priority |
      | b-own    | sklearn | 1       | true       | <own>    |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

    Examples:
      | shared | own |
      | 100    |     |
      | 100    | 1   |

  @rule-order-priority @claim-d9 @documented @since-0.11.1
  Scenario: The documentation promises that the higher priority wins and does not limit that to one scope
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-shared | sklearn | 1       | true       | 2        |
    And these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | priority |
      | b-own    | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @rule-order-priority-over-none @claim-d10 @documented @since-0.11.1
  Scenario: The documentation promises that any priority comes before none and does not limit that to one scope
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-shared | sklearn | 1       | true       | 1        |
    And these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | priority |
      | b-own    | sklearn | 1       | true       |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @since-0.9.0
  Scenario: A cluster runtime with a better protocol does not come before one of the namespace
    Given a ClusterServingRuntime "a-shared" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

  Scenario: A cluster runtime that lists the asked version is not better than one of the namespace that lists more
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 0       | true       |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

  @core @documented
  Scenario Outline: The cluster's runtime is chosen if the namespace's has <what>
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format   | version   | autoSelect   |
      | <format> | <version> | <autoSelect> |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "a-shared"

    Examples:
      | what                            | format  | version | autoSelect |
      | another format                  | xgboost | 1       | true       |
      | another version                 | sklearn | 0       | true       |
      | no version                      | sklearn |         | true       |
      | no leave to be chosen           | sklearn | 1       | false      |

  @since-0.9.0
  Scenario: The cluster's runtime is chosen if the namespace's does not speak the protocol
    Given a ClusterServingRuntime "a-shared" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "a-shared"
