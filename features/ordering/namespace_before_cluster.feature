@rule-namespace-before-cluster @extended
Feature: KServe selects any matching namespaced runtime before a cluster runtime
  Automatic selection considers the runtimes of the namespace first. If one of them matches the service, KServe
  selects it, whatever would rank a cluster runtime higher. Cluster runtimes are considered only if no namespaced one
  matches.

  Scenario: The namespaced runtime is selected
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

  Scenario: Services in another namespace still get the cluster runtime
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-b" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @since-0.11.1
  Scenario Outline: A cluster runtime with priority <shared> does not come before a namespaced one with "<own>"
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
  Scenario: According to the documentation the higher priority wins, regardless of scope
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-shared | sklearn | 1       | true       | 2        |
    And these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | priority |
      | b-own    | sklearn | 1       | true       | 1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @rule-order-priority-over-none @claim-d10 @documented @since-0.11.1
  Scenario: According to the documentation any priority comes before none, regardless of scope
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | priority |
      | a-shared | sklearn | 1       | true       | 1        |
    And these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | priority |
      | b-own    | sklearn | 1       | true       |          |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-shared"

  @since-0.9.0
  Scenario: A cluster runtime with a better protocol does not come before a namespaced one
    Given a ClusterServingRuntime "a-shared" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ServingRuntime "b-own" in namespace "team-a"

  Scenario: A cluster runtime that only lists the requested version does not come before a namespaced one that lists more
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
  Scenario Outline: The cluster runtime is selected if the namespaced one has <what>
    Given a ClusterServingRuntime "a-shared"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a"
      | format   | version   | autoSelect   |
      | <format> | <version> | <autoSelect> |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "a-shared"

    Examples:
      | what            | format  | version | autoSelect |
      | another format  | xgboost | 1       | true       |
      | another version | sklearn | 0       | true       |
      | no version      | sklearn |         | true       |
      | no autoSelect   | sklearn | 1       | false      |

  @since-0.9.0
  Scenario: The cluster runtime is selected if the namespaced one does not speak the protocol
    Given a ClusterServingRuntime "a-shared" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-own" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "a-shared"
