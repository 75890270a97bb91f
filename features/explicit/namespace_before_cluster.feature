@rule-explicit-namespace-first @claim-d2 @documented @core
Feature: A runtime named by a service is looked up in its namespace first, then in the cluster
  A service may name the runtime that it wants. The name means the ServingRuntime of that name in the service's own
  namespace; only if there is none, it means the ClusterServingRuntime of that name. Other namespaces are never
  looked into.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: The namespace's runtime is the one that is meant
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "team-a"

  Scenario: Where the namespace has no runtime of that name, the cluster's is meant
    Given a ServingRuntime "another-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario: Another namespace's runtime of that name changes nothing
    Given a ServingRuntime "model-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario Outline: Services of two namespaces that use one name each get their own namespace's runtime
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "model-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "<namespace>" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "<namespace>"

    Examples:
      | namespace |
      | team-a    |
      | team-b    |

  Scenario: The namespace's runtime is meant even if an automatic choice would never take it
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | false      |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "team-a"
