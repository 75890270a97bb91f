@core
Feature: A service that names no runtime is given one of its own namespace or of the cluster
  A service may leave the choice of a runtime to KServe. It then gets a runtime that says it may be chosen for the
  service's model format. Candidates are the runtimes of the service's own namespace and those of the cluster. If
  none of them fits, the service has no runtime.

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A cluster runtime serves any namespace
    Given a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A runtime of the service's namespace serves it
    Given a ServingRuntime "own-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  @rule-auto-sees-own-namespace-and-cluster @claim-d1 @documented
  Scenario: A runtime of another namespace does not
    Given a ServingRuntime "own-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-sees-own-namespace-and-cluster @documented
  Scenario: A better runtime of another namespace is not seen
    Given a ServingRuntime "own-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn |         | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "shared-server"

  @rule-auto-none-found @documented
  Scenario: Without any runtime there is none to choose
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-none-found @documented
  Scenario: Runtimes for other formats do not help
    Given these ClusterServingRuntimes
      | name            | format  | version | autoSelect |
      | xgboost-server  | xgboost | 1       | true       |
      | named-only      | sklearn | 1       | false      |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"
