@rule-order-name @extended @since-0.9.0
Feature: Otherwise equal runtimes are ordered by name
  Since v0.9.0 KServe orders runtimes by name if they were created in the same second and their protocols rank
  equally. It compares names as strings, so server-10 comes before server-2.

  Scenario Outline: The name "<first>" comes before "<second>"
    Given these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect |
      | <second> | sklearn | 1       | true       |
      | <first>  | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "<first>" in namespace "team-a"

    Examples:
      | first     | second    |
      | a-server  | b-server  |
      | server    | server-1  |
      | server-10 | server-2  |
      | server-a  | servera   |
      | 1-server  | a-server  |

  Scenario: Cluster runtimes are ordered in the same way
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"

  Scenario: Two entries with the requested version rank equally
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 0       | true       |
      | a-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "a-server"

  Scenario: Only runtimes that match the service are ordered
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | c-server | sklearn | 1       | true       |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 0       | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "b-server"
