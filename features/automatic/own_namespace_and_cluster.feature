@core
Feature: KServe selects from the runtimes of the service's namespace and of the cluster
  A service can leave the choice of a runtime to KServe. It then gets a runtime that allows automatic selection for
  its model format. Candidates are the runtimes of the service's namespace and those of the cluster. If none of them
  matches, the service has no runtime.

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A cluster runtime serves every namespace
    Given a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A namespaced runtime serves its namespace
    Given a ServingRuntime "own-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A namespaced runtime does not serve other namespaces
    Given a ServingRuntime "own-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-sees-own-namespace-and-cluster @documented
  Scenario: A better runtime in another namespace is not a candidate
    Given a ServingRuntime "own-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn |         | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-none-found @documented
  Scenario: Without any runtime the service has none
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-none-found @documented
  Scenario: Runtimes for other formats are not candidates
    Given these ClusterServingRuntimes
      | name            | format  | version | autoSelect |
      | xgboost-server  | xgboost | 1       | true       |
      | named-only      | sklearn | 1       | false      |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"
